/** The contract of the HTTP interface, and requests as judged by it. */
package io.tallystream.query.contract;
