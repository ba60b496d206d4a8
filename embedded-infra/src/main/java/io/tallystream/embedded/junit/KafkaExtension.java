package io.tallystream.embedded.junit;

import io.tallystream.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Resolves {@link EmbeddedKafka} parameters to the one broker of this test JVM, on a port of its own. Tests share its
 * topics and groups: each uses names of its own.
 *
 * <p>A fault for which Kafka would end the JVM fails every test that ends after it instead, with the fault as cause.
 */
public final class KafkaExtension extends ServerExtension<EmbeddedKafka> implements AfterEachCallback {

    private static final AtomicReference<AssertionError> FATAL = new AtomicReference<>();

    /** For JUnit. */
    public KafkaExtension() {
        super(EmbeddedKafka.class, KafkaExtension::start);
    }

    private static EmbeddedKafka start(Path folder) {
        trapExits();
        return EmbeddedKafka.start(new EmbeddedKafka.Config(folder, 0));
    }

    static void trapExits() {
        Exit.setExitProcedure((code, message) -> trap("exit", code, message));
        Exit.setHaltProcedure((code, message) -> trap("halt", code, message));
    }

    // The procedures have to stay for as long as the broker runs, which is as long as the JVM.
    private static void trap(String how, int code, String message) {
        AssertionError fatal =
                new AssertionError("Kafka wanted to " + how + " the JVM with code " + code + ": " + message);
        FATAL.compareAndSet(null, fatal);
        throw fatal;
    }

    /** The first trapped fault, forgotten by this call; null without one. */
    static AssertionError takeFatal() {
        return FATAL.getAndSet(null);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        AssertionError fatal = FATAL.get();
        if (fatal != null) {
            throw new AssertionError("the embedded Kafka has failed", fatal);
        }
    }
}
