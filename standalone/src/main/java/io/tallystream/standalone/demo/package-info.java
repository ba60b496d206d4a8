/** Believable traffic, to have something to look at. */
package io.tallystream.standalone.demo;
