/** How fast questions are answered. */
package io.tallystream.benchmarks.query;
