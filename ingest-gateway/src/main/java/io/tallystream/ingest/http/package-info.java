/** Requests and answers. */
package io.tallystream.ingest.http;
