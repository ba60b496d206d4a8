/** Which counts answer a question. */
package io.tallystream.query.stats;
