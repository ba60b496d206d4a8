package io.tallystream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Capability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** The images as the {@code Dockerfile} makes them, and containers of them as they are documented to run. */
final class Images {
    static final int MANAGEMENT_PORT = 9090;
    /** How long a container may take to be ready. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private Images() {}

    /** Builds the image of a module. */
    static String build(String module) {
        String tag = "tallystream-test/" + module;
        try {
            Process process = new ProcessBuilder(
                            "docker", "build", "-q", "--build-arg", "MODULE=" + module, "-t", tag, ".")
                    .directory(Path.of("..").toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return tag;
    }

    /** Read-only, without capabilities, as user 1001; ready when the image's own health check says so. */
    static GenericContainer<?> container(String module, Network network, Map<String, String> environment) {
        return hardened(build(module))
                .withNetwork(network)
                .withNetworkAliases(module)
                .withEnv(environment)
                .waitingFor(Wait.forHealthcheck().withStartupTimeout(PATIENCE));
    }

    /** Read-only, without capabilities, as user 1001. */
    static GenericContainer<?> hardened(String image) {
        return new GenericContainer<>(DockerImageName.parse(image)).withCreateContainerCmdModifier(command -> {
            command.withUser("1001:1001");
            command.getHostConfig().withReadonlyRootfs(true).withCapDrop(Capability.ALL);
        });
    }
}
