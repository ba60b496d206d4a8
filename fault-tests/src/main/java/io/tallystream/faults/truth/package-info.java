/** What the counts have to be, found without any code of the services. */
package io.tallystream.faults.truth;
