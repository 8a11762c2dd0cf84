package io.inmesh.spring;

import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.Serving;
import io.inmesh.spring.servlet.MeshFilter;
import jakarta.servlet.DispatcherType;
import java.util.Objects;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/** A servlet application is registered, and the mesh judges the calls that it gets. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnBean(Member.class)
@ConditionalOnClass({FilterRegistrationBean.class, WebServerApplicationContext.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnProperty(name = "inmesh.server.enabled", matchIfMissing = true)
@Conditional(OnWebServer.class)
public final class MeshServerAutoConfiguration {
  @Bean
  Serving meshServing(Member member, MeshProperties properties) {
    return member.serving(properties.server().labels().getOrDefault("version", ""));
  }

  @Bean
  FilterRegistrationBean<MeshFilter> meshFilter(
      ObjectProvider<Serving> serving, MeshProperties properties) {
    boolean plaintext = properties.server().plaintextPort() != null;
    var registration = new FilterRegistrationBean<>(new MeshFilter(serving::getObject, plaintext));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    registration.setDispatcherTypes(DispatcherType.REQUEST);
    registration.setAsyncSupported(true);
    return registration;
  }

  @Bean
  MeshRegistration meshRegistration(
      Serving serving, MeshProperties properties, Environment environment) {
    return new MeshRegistration(
        serving, properties.server(), environment.getProperty("server.address", ""));
  }

  /** A second port of Tomcat's, without TLS, where that is asked for. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({TomcatServletWebServerFactory.class, Connector.class})
  @ConditionalOnProperty("inmesh.server.plaintext-port")
  static class Plaintext {
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> meshPlaintextPort(
        MeshProperties properties) {
      return factory -> {
        var connector = new Connector(TomcatServletWebServerFactory.DEFAULT_PROTOCOL);
        connector.setPort(Objects.requireNonNullElse(properties.server().plaintextPort(), 0));
        if (connector.getProtocolHandler() instanceof AbstractProtocol<?> protocol) {
          protocol.setAddress(factory.getAddress());
        }
        factory.addAdditionalConnectors(connector);
      };
    }
  }
}
