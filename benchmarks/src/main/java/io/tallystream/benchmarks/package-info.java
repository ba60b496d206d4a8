/** Measured claims, each against a baseline in the same run. */
package io.tallystream.benchmarks;
