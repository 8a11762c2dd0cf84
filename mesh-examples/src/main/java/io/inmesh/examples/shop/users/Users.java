package io.inmesh.examples.shop.users;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** User management. An ordinary Spring Boot application: nothing here knows of a mesh. */
@SpringBootApplication
@RestController
public class Users {
  private final Map<String, User> users = new ConcurrentHashMap<>();

  /** Who may buy. */
  public record User(String name, String city) {}

  Users() {
    users.put("ada", new User("Ada", "London"));
    users.put("bob", new User("Bob", "Bremen"));
  }

  public static void main(String[] arguments) {
    SpringApplication.run(Users.class, arguments);
  }

  @GetMapping("/users/{id}")
  User user(@PathVariable("id") String id) {
    User user = users.get(id);
    if (user == null) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND, "no such user");
    }
    return user;
  }

  @PutMapping("/users/{id}")
  User add(@PathVariable("id") String id, @RequestBody User user) {
    users.put(id, user);
    return user;
  }
}
