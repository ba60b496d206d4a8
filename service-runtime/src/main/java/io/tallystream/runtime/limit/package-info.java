/** How much a key or an address may do, and where requests are from. */
package io.tallystream.runtime.limit;
