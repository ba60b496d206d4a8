/** What is put to the test: brokers, Redis and the services, each a process of its own, with unreliable connections between. */
package io.tallystream.faults.system;
