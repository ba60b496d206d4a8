package io.tallystream.processor.count;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tallystream.schema.event.EventView;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventTallyTest {
    private final EventTally tally = new EventTally();
    private final EventView event = new EventView();

    /** A task may be revived after Kafka has refused what it gave away. */
    @Test
    void shouldForgetWhatAFailedDrainHasBegunToGiveAway() {
        addClick();
        List<byte[]> once = drained();
        addClick();
        assertThatIllegalStateException()
                .isThrownBy(() -> tally.drain(7, (key, amounts) -> {
                    throw new IllegalStateException("refused");
                }));

        tally.clear();

        assertThat(drained()).isEmpty();
        addClick();
        assertThat(drained()).hasSize(2).containsExactlyElementsOf(once);
    }

    private void addClick() {
        assertThat(event.read("{\"type\":\"click\",\"product_id\":\"p\"}".getBytes(UTF_8)))
                .isNull();
        tally.add(event, 3);
    }

    private List<byte[]> drained() {
        List<byte[]> amounts = new ArrayList<>();
        tally.drain(7, (key, ofGroup) -> amounts.add(ofGroup));
        return amounts;
    }
}
