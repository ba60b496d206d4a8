package io.tallystream.schema.event;

/**
 * How an API call ended: {@code success}, {@code error}, or an HTTP status code.
 *
 * @param value the normalised text, which is also the member of the status dimension
 */
public record CallStatus(String value) {
    static final int MIN_CODE = 100;
    static final int MAX_CODE = 599;

    private static final int FIRST_ERROR_CODE = 400;

    /** The call succeeded; no code is known. */
    public static final CallStatus SUCCESS = new CallStatus("success");
    /** The call failed; no code is known. */
    public static final CallStatus ERROR = new CallStatus("error");

    /** The status of an HTTP status code, or null if it is none (100 to 599). */
    public static CallStatus ofCode(long code) {
        return code < MIN_CODE || code > MAX_CODE ? null : new CallStatus(Long.toString(code));
    }

    /** The status with that text, or null if it is none. */
    public static CallStatus parse(String text) {
        if (text.equals(SUCCESS.value)) {
            return SUCCESS;
        }
        if (text.equals(ERROR.value)) {
            return ERROR;
        }
        boolean threeDigits = text.length() == 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return threeDigits ? ofCode(Integer.parseInt(text)) : null;
    }

    /** A number for each status: the HTTP status code, 0 for {@link #SUCCESS}, 1 for {@link #ERROR}. */
    public int code() {
        if (equals(SUCCESS)) {
            return 0;
        }
        return equals(ERROR) ? 1 : Integer.parseInt(value);
    }

    /** The status with that {@link #code}, or null if it is none. */
    public static CallStatus withCode(int code) {
        return switch (code) {
            case 0 -> SUCCESS;
            case 1 -> ERROR;
            default -> ofCode(code);
        };
    }

    /** Whether the call counts as a success: {@code success} and the codes 100 to 399. */
    public boolean isSuccess() {
        return equals(SUCCESS) || (!equals(ERROR) && Integer.parseInt(value) < FIRST_ERROR_CODE);
    }

    @Override
    public String toString() {
        return value;
    }
}
