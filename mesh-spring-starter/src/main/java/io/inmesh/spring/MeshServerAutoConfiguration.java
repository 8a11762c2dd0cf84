package io.inmesh.spring;

import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.Serving;
import io.inmesh.spring.servlet.MeshFilter;
import jakarta.servlet.DispatcherType;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/** A servlet application is registered, and the mesh judges the calls that it gets. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnBean(Member.class)
@ConditionalOnClass({FilterRegistrationBean.class, WebServerApplicationContext.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnProperty(name = "inmesh.server.enabled", matchIfMissing = true)
public final class MeshServerAutoConfiguration {
  @Bean
  Serving meshServing(Member member, MeshProperties properties) {
    return member.serving(properties.server().labels().getOrDefault("version", ""));
  }

  @Bean
  FilterRegistrationBean<MeshFilter> meshFilter(ObjectProvider<Serving> serving) {
    var registration = new FilterRegistrationBean<>(new MeshFilter(serving::getObject));
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
}
