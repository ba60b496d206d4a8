/** Measurements of the ingest gateway. */
package io.tallystream.benchmarks.gateway;
