/** From the answer of the gateway to that of the query API. */
package io.tallystream.benchmarks.endtoend;
