/** What the standalone program takes of a machine. */
package io.tallystream.benchmarks.footprint;
