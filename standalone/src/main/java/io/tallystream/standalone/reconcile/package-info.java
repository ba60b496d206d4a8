/** Whether the counts in Redis agree with each other, and with the raw events. */
package io.tallystream.standalone.reconcile;
