# One image for each part: docker build --build-arg MODULE=redis-sink -t tallystream/redis-sink .
# Modules: ingest-gateway, stream-processor, redis-sink, query-api, and standalone for the tallystream command.

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /source
ENV MAVEN_OPTS="-XX:+TieredCompilation -XX:TieredStopAtLevel=1"

# A layer with all libraries and plugins, made anew only when a pom changes. The class is there for the compiler to be fetched, too.
COPY pom.xml ./
COPY .mvn .mvn
COPY event-schema/pom.xml event-schema/
COPY service-runtime/pom.xml service-runtime/
COPY embedded-infra/pom.xml embedded-infra/
COPY ingest-gateway/pom.xml ingest-gateway/
COPY client/pom.xml client/
COPY examples/pom.xml examples/
COPY stream-processor/pom.xml stream-processor/
COPY redis-sink/pom.xml redis-sink/
COPY query-api/pom.xml query-api/
COPY fault-tests/pom.xml fault-tests/
COPY standalone/pom.xml standalone/
COPY benchmarks-flink/pom.xml benchmarks-flink/
COPY benchmarks/pom.xml benchmarks/
RUN mkdir -p event-schema/src/main/java/nothing \
 && echo 'package nothing; public interface Nothing {}' > event-schema/src/main/java/nothing/Nothing.java \
 && mvn -q -B -Dquick -pl standalone -am package \
 && rm -rf event-schema/src */target

# All modules at once: the images share this layer.
COPY . .
RUN mvn -q -B -Dquick -pl standalone -am package \
 && for module in ingest-gateway stream-processor redis-sink query-api standalone; do \
      image=/image/$module && mkdir -p $image/libraries $image/modules/lib \
      && mv $module/target/*.jar $image/modules/$module.jar \
      && for jar in event-schema service-runtime embedded-infra ingest-gateway stream-processor redis-sink query-api; do \
           find $module/target/lib -name "$jar-*.jar" -exec mv -t $image/modules/lib {} + || exit 1; \
         done \
      && mv $module/target/lib/*.jar $image/libraries || exit 1; \
    done


FROM eclipse-temurin:17-jre
ARG MODULE
RUN test -n "$MODULE" || { echo 'which module? --build-arg MODULE=ingest-gateway' >&2; exit 1; } \
 && install -d -o 1001 -g 1001 -m 0750 /var/lib/tallystream /var/lib/tallystream-keys \
 && install -d /opt/tallystream && ln -s $MODULE.jar /opt/tallystream/main.jar
COPY deploy/image/ready /opt/tallystream/
# What changes seldom, then what changes often.
COPY --from=build /image/$MODULE/libraries /opt/tallystream/lib/
COPY --from=build /image/$MODULE/modules /opt/tallystream/

# Half of a container's memory for the heap leaves room for RocksDB, network buffers and the JVM itself.
ENV JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=50 -XX:+ExitOnOutOfMemoryError" \
    BIND_ADDRESS=0.0.0.0 \
    DATA_DIR=/var/lib/tallystream

# Writable where all else is read-only: state, and native libraries on their way out of jars.
VOLUME ["/var/lib/tallystream", "/tmp"]
USER 1001:1001
WORKDIR /var/lib/tallystream
EXPOSE 8080 8081 9090
HEALTHCHECK --interval=5s --timeout=5s --start-period=180s --retries=3 CMD ["/opt/tallystream/ready"]
ENTRYPOINT ["java", "-jar", "/opt/tallystream/main.jar"]
