/** Keeping nothing of a user. */
package io.tallystream.query.erasure;
