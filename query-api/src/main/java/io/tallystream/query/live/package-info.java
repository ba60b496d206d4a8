/** The figures as they change, pushed to those who listen. */
package io.tallystream.query.live;
