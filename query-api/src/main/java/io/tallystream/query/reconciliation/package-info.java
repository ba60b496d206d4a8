/** Whether the counts of a day agree with each other. */
package io.tallystream.query.reconciliation;
