package io.inmesh.spring;

import io.inmesh.runtime.member.Member;
import io.inmesh.spring.client.MeshedCalls;
import io.inmesh.spring.client.MeshedClients;
import io.inmesh.spring.client.MeshedConnectors;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.reactive.ClientHttpConnector;

/** The application's HTTP clients call through the mesh. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnBean(Member.class)
@ConditionalOnProperty(name = "inmesh.client.enabled", matchIfMissing = true)
@ConditionalOnClass(ClientHttpRequestFactoryBuilder.class)
public final class MeshClientAutoConfiguration {
  private static final String TASKS = "applicationTaskExecutor";

  @Bean
  MeshedCalls meshedCalls(Member member) {
    return new MeshedCalls(member.runtime());
  }

  /** Virtual threads where {@code spring.threads.virtual.enabled} says so, as Boot has it. */
  private static @Nullable Executor applicationTasks(BeanFactory beans) {
    return beans.containsBean(TASKS) && beans.isTypeMatch(TASKS, Executor.class)
        ? beans.getBean(TASKS, Executor.class)
        : beans.getBeanProvider(Executor.class).getIfUnique();
  }

  /** Long bodies are written where the application runs its own tasks. */
  private static Executor uploads(@Nullable Executor known) {
    return known == null ? task -> new Thread(task, "inmesh-upload").start() : known;
  }

  @Configuration(proxyBeanMethods = false)
  static class Blocking {
    @Bean
    static MeshedClients meshedClients(ObjectProvider<MeshedCalls> calls, BeanFactory beans) {
      return new MeshedClients(calls::getObject, () -> uploads(applicationTasks(beans)));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({ClientHttpConnector.class, ClientHttpConnectorBuilder.class})
  static class Reactive {
    @Bean
    static MeshedConnectors meshedConnectors(ObjectProvider<MeshedCalls> calls) {
      return new MeshedConnectors(calls::getObject);
    }
  }
}
