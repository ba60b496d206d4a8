/** Health and metrics on a port of their own. */
package io.tallystream.runtime.management;
