/** Who is signed in with a browser. */
package io.tallystream.query.session;
