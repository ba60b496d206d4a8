package io.tallystream.query.export;

/** Text as HTML. */
public final class Html {
    private Html() {}

    /** The text, so that it is nothing but text, also within quotes. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
