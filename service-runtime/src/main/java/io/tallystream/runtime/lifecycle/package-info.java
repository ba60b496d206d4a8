/** How services start, stop and end the process. */
package io.tallystream.runtime.lifecycle;
