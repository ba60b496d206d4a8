/** Tokens of an issuer that is not us, by OpenID Connect. */
package io.tallystream.query.oidc;
