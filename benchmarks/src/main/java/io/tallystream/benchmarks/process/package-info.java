/** Programs in processes of their own, so that each one's processor time and memory can be told. */
package io.tallystream.benchmarks.process;
