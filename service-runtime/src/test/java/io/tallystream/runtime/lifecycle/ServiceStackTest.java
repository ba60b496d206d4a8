package io.tallystream.runtime.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ServiceStackTest {
    private final List<String> happened = new ArrayList<>();
    private final ServiceStack stack = new ServiceStack();

    @Test
    void shouldCloseInReverse() throws Exception {
        stack.start(new Recorder("base"));
        stack.start(new Recorder("middle"));
        stack.start(new Recorder("top"));

        stack.close();

        assertThat(happened)
                .containsExactly("start base", "start middle", "start top", "close top", "close middle", "close base");
    }

    static Stream<Throwable> failures() {
        return Stream.of(new IllegalStateException("does not close"), new NoClassDefFoundError("does not close"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldCloseTheOthersWhenOneFailsTo(Throwable failure) throws Exception {
        stack.start(new Recorder("base"));
        stack.start(new Recorder("middle") {
            @Override
            public void close() {
                super.close();
                ServiceStackTest.<RuntimeException>sneak(failure);
            }
        });
        stack.start(new Recorder("top"));

        stack.close();

        assertThat(happened.subList(3, happened.size())).containsExactly("close top", "close middle", "close base");
    }

    @Test
    void shouldCloseTheServiceThatDidNotStart() throws Exception {
        Exception failure = new Exception("does not start");
        stack.start(new Recorder("base"));

        assertThatThrownBy(() -> stack.start(new Recorder("top") {
                    @Override
                    public void start() throws Exception {
                        super.start();
                        throw failure;
                    }
                }))
                .isSameAs(failure);
        stack.close();

        assertThat(happened).containsExactly("start base", "start top", "close top", "close base");
    }

    @Test
    void shouldCloseOnce() throws Exception {
        stack.start(new Recorder("base"));

        stack.close();
        stack.close();

        assertThat(happened).containsExactly("start base", "close base");
    }

    @Test
    void shouldStartNothingOnceClosed() {
        stack.close();

        assertThatThrownBy(() -> stack.start(new Recorder("late")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("stopped before late was started");
        assertThat(happened).isEmpty();
    }

    @Test
    void shouldStartNothingMoreOnceRefusingButCloseWhatWasStarted() throws Exception {
        stack.start(new Recorder("base"));

        stack.refuseStarts();
        assertThatThrownBy(() -> stack.start(new Recorder("late"))).isInstanceOf(IllegalStateException.class);
        stack.close();

        assertThat(happened).containsExactly("start base", "close base");
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    private class Recorder implements Service {
        private final String name;

        Recorder(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void start() throws Exception {
            happened.add("start " + name);
        }

        @Override
        public void close() {
            happened.add("close " + name);
        }
    }
}
