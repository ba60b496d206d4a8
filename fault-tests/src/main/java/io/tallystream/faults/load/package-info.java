/** Clients that send events and send again what they have no answer to, as good clients do. */
package io.tallystream.faults.load;
