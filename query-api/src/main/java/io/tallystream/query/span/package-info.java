/** Which windows a question is about. Without I/O. */
package io.tallystream.query.span;
