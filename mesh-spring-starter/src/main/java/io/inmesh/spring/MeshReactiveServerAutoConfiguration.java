package io.inmesh.spring;

import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.Serving;
import io.inmesh.spring.reactive.MeshHttpHandlers;
import io.inmesh.spring.reactive.PeerFilter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.DispatcherHandler;

/** A reactive application is registered, and the mesh judges the calls that it gets. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnBean(Member.class)
@ConditionalOnClass({DispatcherHandler.class, WebServerApplicationContext.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnProperty(name = "inmesh.server.enabled", matchIfMissing = true)
@Conditional(OnWebServer.class)
public final class MeshReactiveServerAutoConfiguration {
  @Bean
  Serving meshServing(Member member, MeshProperties properties) {
    return member.serving(properties.server().labels().getOrDefault("version", ""));
  }

  @Bean
  MeshHttpHandlers meshHttpHandlers(
      ObjectProvider<Serving> serving, ObjectProvider<MeshRegistration> registration) {
    return new MeshHttpHandlers(serving::getObject, () -> registration.getObject().port());
  }

  @Bean
  PeerFilter meshPeerFilter() {
    return new PeerFilter();
  }

  @Bean
  MeshRegistration meshRegistration(
      Serving serving, MeshProperties properties, Environment environment) {
    return new MeshRegistration(
        serving, properties.server(), environment.getProperty("server.address", ""));
  }
}
