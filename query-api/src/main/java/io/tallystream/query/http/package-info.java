/** Requests and answers. */
package io.tallystream.query.http;
