/** Making all counts in Redis anew from the counts topics, while they are read and written. */
package io.tallystream.sink.rebuild;
