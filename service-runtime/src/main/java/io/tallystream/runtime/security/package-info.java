/** API keys. */
package io.tallystream.runtime.security;
