/** Shows on any machine whether counts stay exact: runs an installation under load, lets things go wrong, and keeps the books. */
package io.tallystream.faults;
