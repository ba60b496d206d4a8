/** What came of the rounds, as a table for people and as JSON for whoever compares two runs. */
package io.tallystream.benchmarks.report;
