/** Answers to questions about counts, over HTTP. */
package io.tallystream.query;
