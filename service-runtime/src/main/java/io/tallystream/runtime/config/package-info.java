/** Configuration from the environment: each variable declared once, all mistakes told at once. */
package io.tallystream.runtime.config;
