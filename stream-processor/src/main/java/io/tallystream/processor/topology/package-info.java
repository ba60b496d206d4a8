/** How the two phases of counting are put together. No I/O of its own. */
package io.tallystream.processor.topology;
