/** What partitions add up: amounts in cells of the heap, as bytes between the two phases, and which counts they add to. */
package io.tallystream.processor.amount;
