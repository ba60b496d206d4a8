package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;

/** Another JVM with this one's class path, to be killed. Its program prints one line when it is ready. */
final class ReadyChild implements AutoCloseable {

    static final String READY = "ready ";

    private final Process process;
    private final String answer;

    private ReadyChild(Process process, String answer) {
        this.process = process;
        this.answer = answer;
    }

    static ReadyChild start(Class<?> main, String... arguments) throws IOException {
        Process process = new ProcessBuilder(ChildJvm.command(List.of("-Xmx256m"), main.getName(), arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            BufferedReader output = process.inputReader();
            String line = output.readLine();
            assertThat(line).as("what the child printed").startsWith(READY);
            return new ReadyChild(process, line.substring(READY.length()));
        } catch (Throwable e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** To be called by the child's program. Returns when this JVM is gone. */
    static void ready(Object answer) throws IOException {
        System.out.println(READY + answer);
        while (System.in.read() >= 0) {
            // Nothing is ever sent: this waits for the end of the stream.
        }
    }

    String answer() {
        return answer;
    }

    /** SIGKILL: no hook runs. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
