package io.tallystream.benchmarks.flink;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Passes records on without a copy. */
final class AppendedSchema implements KafkaRecordDeserializationSchema<Appended> {
    private static final long serialVersionUID = 1L;

    private transient Appended appended;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Appended> out) {
        if (appended == null) {
            appended = new Appended();
        }
        out.collect(appended.with(record.value(), record.timestamp()));
    }

    @Override
    public TypeInformation<Appended> getProducedType() {
        return TypeInformation.of(Appended.class);
    }
}
