/** Answers as tables, and tables as CSV. */
package io.tallystream.query.export;
