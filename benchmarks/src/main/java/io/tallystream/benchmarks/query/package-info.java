/** Measurements of the query API. */
package io.tallystream.benchmarks.query;
