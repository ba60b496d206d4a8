/** What browsers load from the gateway and send to it. */
package io.tallystream.ingest.browser;
