package io.tallystream.embedded.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests may take an
 * {@link io.tallystream.embedded.EmbeddedRedisCluster} as a parameter, in constructors, lifecycle methods
 * and test methods.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RedisClusterExtension.class)
public @interface WithRedisCluster {}
