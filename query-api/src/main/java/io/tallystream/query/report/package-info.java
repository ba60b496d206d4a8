/** The daily reports: when they are made, of what, where they are kept, and how they are read. */
package io.tallystream.query.report;
