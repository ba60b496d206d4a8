/** API keys: what they may do, where they are kept, and how they are found. */
package io.tallystream.runtime.security;
