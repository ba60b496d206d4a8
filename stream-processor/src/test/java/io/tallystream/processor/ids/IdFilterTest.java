package io.tallystream.processor.ids;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdFilterTest {
    private static final long SEED = 42;

    @ParameterizedTest
    @ValueSource(ints = {1, 43, 1_000, 1_000_000})
    void shouldKnowAllThatWasAddedAndLittleElse(int ids) {
        IdFilter filter = new IdFilter(ids);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < ids; i++) {
            filter.add(random.nextLong(), random.nextLong());
        }

        SplittableRandom same = new SplittableRandom(SEED);
        int missed = 0;
        int wrong = 0;
        for (int i = 0; i < ids; i++) {
            missed += filter.mayContain(same.nextLong(), same.nextLong()) ? 0 : 1;
            wrong += filter.mayContain(random.nextLong(), random.nextLong()) ? 1 : 0;
        }
        assertThat(missed).isZero();
        assertThat(wrong).isLessThanOrEqualTo(ids / 50);
        assertThat(IdFilter.bytesFor(ids)).isLessThan(ids * 3L / 2 + 65);
    }
}
