/** Requests to keep nothing of a user. */
package io.tallystream.schema.erasure;
