/** What goes wrong, and when. */
package io.tallystream.faults.fault;
