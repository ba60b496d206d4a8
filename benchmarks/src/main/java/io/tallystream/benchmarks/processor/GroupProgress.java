package io.tallystream.benchmarks.processor;

import io.tallystream.schema.kafka.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** How far an application has come with the events, by what it has committed. */
final class GroupProgress {
    private final Admin admin;
    private final String application;

    GroupProgress(Admin admin, String application) {
        this.admin = admin;
        this.application = application;
    }

    /** How many events it has committed. */
    long committedEvents() throws Exception {
        return committed().entrySet().stream()
                .filter(entry -> Topics.EVENTS.contains(entry.getKey().topic()))
                .mapToLong(entry -> entry.getValue().offset())
                .sum();
    }

    /** Whether it has committed all events, and all that it has passed on to itself. */
    boolean isDone() throws Exception {
        List<TopicPartition> read = new ArrayList<>();
        for (String topic : admin.listTopics().names().get()) {
            boolean passedOn = topic.startsWith(application) && topic.endsWith("-repartition");
            if (passedOn || topic.equals(Topics.REROUTED) || Topics.EVENTS.contains(topic)) {
                for (int partition = 0; partition < EventTopics.PARTITIONS; partition++) {
                    read.add(new TopicPartition(topic, partition));
                }
            }
        }
        Map<TopicPartition, ListOffsetsResultInfo> ends;
        try {
            ends = admin.listOffsets(read.stream().collect(Collectors.toMap(any -> any, any -> OffsetSpec.latest())))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                // A topic in between that is only just being made.
                return false;
            }
            throw e;
        }
        Map<TopicPartition, OffsetAndMetadata> committed = committed();
        return read.stream().allMatch(partition -> {
            long end = ends.get(partition).offset();
            OffsetAndMetadata offset = committed.get(partition);
            // The last records of a topic written in transactions are their markers, which no consumer reads.
            return end == 0 || (offset != null && offset.offset() >= end - 1);
        });
    }

    private Map<TopicPartition, OffsetAndMetadata> committed() throws Exception {
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(application)
                    .partitionsToOffsetAndMetadata()
                    .get();
            committed.values().removeIf(offset -> offset == null);
            return committed;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw e;
        }
    }
}
