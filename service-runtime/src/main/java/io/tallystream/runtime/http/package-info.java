/** What the gateway and the query API have in common as HTTP servers. Needs Vert.x, which only they bring. */
package io.tallystream.runtime.http;
