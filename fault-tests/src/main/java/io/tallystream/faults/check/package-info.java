/** What has to hold, while faults happen and after them. */
package io.tallystream.faults.check;
